/**
 * The words of the gateway protocol: its parameters, control messages and tokens, as text on the wire and as types.
 *
 * <p>Pure functions and immutable values; any thread.
 */
package io.millrace.websocket.protocol;
