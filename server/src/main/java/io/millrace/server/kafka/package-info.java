/**
 * The Kafka wire protocol over TCP: sockets, framing, order of answers. What the requests mean is in {@link
 * io.millrace.server.kafka.handler}.
 *
 * <p>Start at {@link io.millrace.server.kafka.KafkaListener}. A request travels {@code KafkaConnection} (frames, limits, order)
 * to {@code RequestDispatcher} (header, version, handler) and back through {@code ResponseEncoder} (header and body, records by
 * reference) and {@code ResponseWriter} (the socket, with back-pressure). With TLS, {@code TlsHandshake} comes first, and {@code
 * SenderCheck} before the handlers.
 *
 * <p>Threads: everything of one connection runs on the event loop that accepted it; handlers answer there too.
 */
package io.millrace.server.kafka;
