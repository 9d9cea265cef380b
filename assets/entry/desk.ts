/** What only the agent's page does: writing, ready answers, following the talk, ringing when the window is behind. */

import { attachFiles } from "../desk/attaching.ts";
import { keepComposing } from "../desk/composer.ts";
import { followTalk } from "../desk/talk.ts";
import { ringAloud } from "../desk/ringing.ts";

keepComposing();
attachFiles();
followTalk();
ringAloud();
