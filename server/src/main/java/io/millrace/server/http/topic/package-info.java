/**
 * Topics over HTTP (gateway protocol §9): create, list, describe, change, delete, and the small overview that the dashboard
 * polls.
 *
 * <p>Start at {@link io.millrace.server.http.topic.TopicRoutes}. Runs on event loops.
 */
package io.millrace.server.http.topic;
