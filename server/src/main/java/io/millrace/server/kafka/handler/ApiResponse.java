package io.millrace.server.kafka.handler;

import io.millrace.storage.ReadResult;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.protocol.ApiMessage;

/** What becomes of a request. */
public sealed interface ApiResponse {

    /** An answer without records of the log. */
    static Answer of(ApiMessage body) {
        return new Answer(body, List.of());
    }

    /** Lets go what the response holds. Called once, when it is written or can no longer be written. */
    void close();

    /**
     * An answer.
     *
     * @param body the message; record sets in it are {@link LogRecords}
     * @param records the reads whose bytes the body refers to; they stay open until the answer is written
     */
    record Answer(ApiMessage body, List<ReadResult> records) implements ApiResponse {

        public Answer {
            Objects.requireNonNull(body, "body");
        }

        @Override
        public void close() {
            records.forEach(ReadResult::close);
        }
    }

    /** No answer is sent: the client asked for none. */
    record NoAnswer() implements ApiResponse {
        @Override
        public void close() {}
    }

    /**
     * The connection is closed, because there is no other way to tell the client.
     *
     * @param reason for the log
     */
    record Disconnect(String reason) implements ApiResponse {
        @Override
        public void close() {}
    }
}
