package io.millrace.server.http.produce;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.produce.ProduceCommand;
import io.millrace.cluster.produce.ProducedRecord;
import io.millrace.cluster.produce.RecordProducer;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.server.http.HttpQuota;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.vertx.core.Future;
import java.util.List;

/** Stores what comes over WebSockets under the quota of writes over HTTP. Any event loop. */
public final class QuotaProducer implements RecordProducer {

    private final RecordProducer producer;
    private final HttpQuota quota;

    public QuotaProducer(RecordProducer producer, ClientQuotas quotas) {
        this.producer = producer;
        this.quota = HttpQuota.ofWrites(quotas);
    }

    @Override
    public Future<List<ProducedRecord>> produce(ProduceCommand command) {
        try {
            quota.admit();
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        int bytes = 0;
        for (RecordToProduce each : command.records()) {
            bytes += each.record() == null
                    ? 0
                    : length(each.record().key()) + length(each.record().value());
        }
        quota.charge(bytes);
        return producer.produce(command);
    }

    private static int length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
