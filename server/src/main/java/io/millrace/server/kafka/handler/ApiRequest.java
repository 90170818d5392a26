package io.millrace.server.kafka.handler;

import java.net.InetAddress;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A request that was read and whose version is supported.
 *
 * @param header api key, version, correlation id, client id
 * @param body the request; record batches in it are slices of the frame, which nobody else uses
 * @param client where it comes from
 * @param end of the connection that it came on
 */
public record ApiRequest<R extends AbstractRequest>(
        RequestHeader header, R body, InetAddress client, ConnectionEnd end) {

    public short version() {
        return header.apiVersion();
    }
}
