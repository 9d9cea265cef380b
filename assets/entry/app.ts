/** What every page of ours loads. */
import { runClocks } from "../behaviour/clock.ts";
import { listenForDialogs } from "../behaviour/dialog.ts";
import { listenForFind } from "../behaviour/find.ts";
import { startHtmx } from "../behaviour/htmx.ts";
import { startLive } from "../behaviour/live.ts";
import { listenForMenus } from "../behaviour/menu.ts";
import { listenForPalette } from "../behaviour/palette.ts";
import { listenForRefresh } from "../behaviour/refresh.ts";
import { listenForRooms } from "../behaviour/rooms.ts";
import { listenForKeys } from "../behaviour/shortcuts.ts";
import { listenForTabs } from "../behaviour/tabs.ts";
import { listenForTheme } from "../behaviour/theme.ts";
import { listenForToasts } from "../behaviour/toast.ts";

startHtmx();
listenForTheme();
listenForDialogs();
listenForMenus();
listenForTabs();
listenForRooms();
listenForKeys();
listenForPalette();
listenForFind();
listenForToasts();
listenForRefresh();
runClocks();
startLive();
