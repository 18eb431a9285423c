/**
 * The tests that a mutant has to get past, the quickest first. One file, so that machines and core are loaded once for
 * each mutant.
 */
import "../core/branches.test.js";
import "../core/cooldown.test.js";
import "../core/ask.test.js";
import "../core/facts.test.js";
import "../core/machines.test.js";
import "../core/events.test.js";
import "../core/versions.test.js";
import "../core/records.test.js";
import "../core/why.test.js";
import "../core/decide.test.js";
import "../upgrade/upgrade.test.js";
import "../core/step.test.js";
