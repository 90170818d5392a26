/**
 * Records on their way to many sockets: read once, decoded once, encoded once, and the same bytes written to everybody.
 *
 * <p>Start at {@link io.millrace.websocket.delivery.SharedStream}. What was read of a log becomes a frame in a {@code LogEncoder}: of single
 * records ({@code FrameEncoder}), or of whole batches ({@code BatchFrameEncoder}).
 *
 * <p>{@link io.millrace.websocket.delivery.RecordJson} is the JSON of one record, for every protocol that shows records as
 * JSON.
 */
package io.millrace.websocket.delivery;
