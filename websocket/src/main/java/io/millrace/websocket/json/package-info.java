/**
 * JSON that clients send: what is taken for JSON, over HTTP and in messages alike, and how a client is told what is wrong with it. Nothing is
 * built from it here. Start at {@link io.millrace.websocket.json.JsonText}. Any thread.
 */
package io.millrace.websocket.json;
