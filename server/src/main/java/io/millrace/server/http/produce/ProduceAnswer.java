package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.server.http.ProblemJson;
import io.vertx.core.buffer.Buffer;

/**
 * The bodies of answered writes: {@code {"offsets":[{"partition":3,"offset":1101},…]}} in the order of the request (gateway
 * protocol §8), and the same in the words of Confluent's REST API v2.
 */
final class ProduceAnswer {

    static final Buffer NO_OFFSETS = Buffer.buffer("{\"offsets\":[]}");

    /** Confluent's two classes of record errors. */
    private static final int CONFLUENT_NOT_RETRIABLE = 1;

    private static final int CONFLUENT_RETRIABLE = 2;

    private ProduceAnswer() {}

    static Buffer one(AppendedRecord stored) {
        StringBuilder json = new StringBuilder(56).append("{\"offsets\":[");
        appendStored(json, stored);
        return Buffer.buffer(json.append("]}").toString());
    }

    static Buffer all(RecordOutcome[] outcomes) {
        StringBuilder json = new StringBuilder(16 + 40 * outcomes.length).append("{\"offsets\":[");
        for (int i = 0; i < outcomes.length; i++) {
            if (i > 0) {
                json.append(',');
            }
            if (outcomes[i].stored() != null) {
                appendStored(json, outcomes[i].stored());
            } else {
                ProblemJson.append(
                        json,
                        codeOf(outcomes[i].failure()),
                        outcomes[i].failure().getMessage());
            }
        }
        return Buffer.buffer(json.append("]}").toString());
    }

    static Buffer confluent(RecordOutcome[] outcomes) {
        StringBuilder json = new StringBuilder(64 + 80 * outcomes.length).append("{\"offsets\":[");
        for (int i = 0; i < outcomes.length; i++) {
            if (i > 0) {
                json.append(',');
            }
            AppendedRecord stored = outcomes[i].stored();
            if (stored != null) {
                json.append("{\"partition\":").append(stored.partition());
                json.append(",\"offset\":").append(stored.offset());
                json.append(",\"error_code\":null,\"error\":null}");
            } else {
                boolean retriable = codeOf(outcomes[i].failure()).isRetriable();
                json.append("{\"partition\":null,\"offset\":null,\"error_code\":")
                        .append(retriable ? CONFLUENT_RETRIABLE : CONFLUENT_NOT_RETRIABLE)
                        .append(",\"error\":");
                ProblemJson.appendString(json, outcomes[i].failure().getMessage());
                json.append('}');
            }
        }
        return Buffer.buffer(json.append("],\"key_schema_id\":null,\"value_schema_id\":null}")
                .toString());
    }

    private static void appendStored(StringBuilder json, AppendedRecord stored) {
        json.append("{\"partition\":")
                .append(stored.partition())
                .append(",\"offset\":")
                .append(stored.offset())
                .append('}');
    }

    private static ErrorCode codeOf(Throwable failure) {
        return failure instanceof MillraceException known ? known.code() : ErrorCode.UNKNOWN_SERVER_ERROR;
    }
}
