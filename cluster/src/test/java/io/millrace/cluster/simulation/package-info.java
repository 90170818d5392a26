/**
 * One thread that plays several nodes: a virtual clock and calendar, processes that pause and end, links that delay, lose, repeat and
 * are cut, and the threads of the storage as events. Everything is drawn from a seed, so that a run can be seen again.
 */
package io.millrace.cluster.simulation;
