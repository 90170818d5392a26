/**
 * The live page, and the JavaScript client that it is built on, in a real browser, against a real node. Start at {@link io.millrace.server.dashboard.DashboardPageIT}.
 *
 * <p>Playwright belongs to one thread: everything here runs on the test's own thread, also what Awaitility polls.
 */
package io.millrace.server.dashboard;
