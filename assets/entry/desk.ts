/** What only the agent's page does: writing, ready answers, following the talk. */

import { takeAddresses } from "../desk/addresses.ts";
import { attachFiles } from "../desk/attaching.ts";
import { keepComposing } from "../desk/composer.ts";
import { keepDrafts } from "../desk/drafts.ts";
import { openWhatWasLifted } from "../desk/lifted.ts";
import { showWhatRings } from "../desk/pop.ts";
import { followTalk } from "../desk/talk.ts";
import { markWhereOneIs } from "../desk/work.ts";

keepComposing();
keepDrafts();
takeAddresses();
attachFiles();
followTalk();
openWhatWasLifted();
showWhatRings();
markWhereOneIs();
