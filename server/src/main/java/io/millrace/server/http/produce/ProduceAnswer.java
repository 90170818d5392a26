package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.produce.ProducedRecord;
import io.millrace.server.http.ProblemJson;
import io.vertx.core.buffer.Buffer;
import java.util.List;

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
        appendPlace(json, stored.partition(), stored.offset());
        return Buffer.buffer(json.append("}]}").toString());
    }

    static Buffer all(List<ProducedRecord> records) {
        StringBuilder json = new StringBuilder(16 + 40 * records.size()).append("{\"offsets\":[");
        String separator = "";
        for (ProducedRecord record : records) {
            json.append(separator);
            separator = ",";
            if (record.isStored()) {
                appendPlace(json, record.partition(), record.offset());
                json.append('}');
            } else {
                ProblemJson.append(
                        json, codeOf(record.failure()), record.failure().getMessage());
            }
        }
        return Buffer.buffer(json.append("]}").toString());
    }

    static Buffer confluent(List<ProducedRecord> records) {
        StringBuilder json = new StringBuilder(64 + 80 * records.size()).append("{\"offsets\":[");
        String separator = "";
        for (ProducedRecord record : records) {
            json.append(separator);
            separator = ",";
            if (record.isStored()) {
                appendPlace(json, record.partition(), record.offset());
                json.append(",\"error_code\":null,\"error\":null}");
            } else {
                boolean retriable = codeOf(record.failure()).isRetriable();
                json.append("{\"partition\":null,\"offset\":null,\"error_code\":")
                        .append(retriable ? CONFLUENT_RETRIABLE : CONFLUENT_NOT_RETRIABLE)
                        .append(",\"error\":");
                ProblemJson.appendString(json, record.failure().getMessage());
                json.append('}');
            }
        }
        return Buffer.buffer(json.append("],\"key_schema_id\":null,\"value_schema_id\":null}")
                .toString());
    }

    /** Without the closing brace. */
    private static void appendPlace(StringBuilder json, int partition, long offset) {
        json.append("{\"partition\":").append(partition).append(",\"offset\":").append(offset);
    }

    static ErrorCode codeOf(Throwable failure) {
        return failure instanceof MillraceException known ? known.code() : ErrorCode.UNKNOWN_SERVER_ERROR;
    }
}
