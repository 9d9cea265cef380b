/** JsSIP, a library of CommonJS; the one thing it asks Node for, an emitter of events, it gets from the package it names. */

import "./emitter.ts";
import JsSIP from "jssip";

export default JsSIP;
