/**
 * The dashboard's files, served from the class path with the headers that keep them fresh and safe.
 *
 * <p>Start at {@link io.millrace.server.http.page.DashboardRoutes}. Files are read once on a worker thread and then kept in
 * memory.
 */
package io.millrace.server.http.page;
