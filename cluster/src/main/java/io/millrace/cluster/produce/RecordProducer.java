package io.millrace.cluster.produce;

import io.vertx.core.Future;
import java.util.List;

/**
 * Stores the records of one request, wherever their partitions are led.
 *
 * <p>Thread-safe, never blocks. The future completes on the caller's Vert.x context.
 */
public interface RecordProducer {

    /**
     * Answers for each record, in the order of the request, when the last answer is known. Records to one partition keep their order.
     * Fails as a whole, with {@link io.millrace.cluster.error.MillraceException} and nothing stored, when there is no such topic and
     * writes may not create it.
     */
    Future<List<ProducedRecord>> produce(ProduceCommand command);
}
