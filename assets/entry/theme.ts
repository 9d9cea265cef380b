/** Runs in the head, before the first paint, so that a dark page never flashes light. */
import { applyTheme } from "../behaviour/theme.ts";

applyTheme();
