package io.millrace.server.http.produce;

import io.millrace.cluster.produce.RecordProducer;
import io.millrace.cluster.produce.TopicAccess;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpMetrics;
import io.millrace.server.http.HttpQuota;
import io.millrace.server.http.Readiness;
import io.millrace.server.http.body.BodyReader;

/** What the handlers of writes share on one event loop. */
record ProduceServices(
        HttpConfig config,
        BodyReader bodies,
        TopicAccess topics,
        RecordWriter writer,
        RecordProducer producer,
        HttpQuota quota,
        Readiness readiness,
        HttpMetrics metrics) {}
