package io.millrace.server.kafka;

import io.millrace.server.metrics.ServerMetrics;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The metrics of an {@link AdminNode}, which must be registered before it. */
final class NodeSamples implements BeforeEachCallback, AfterEachCallback {

    private final AdminNode on;
    private ServerMetrics metrics;

    NodeSamples(AdminNode on) {
        this.on = on;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        metrics = new ServerMetrics("test");
        metrics.watch(on.node().node());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        metrics.close();
    }

    /** What they are now, by name and labels. */
    Map<String, Double> scrape() {
        Map<String, Double> samples = new HashMap<>();
        for (String line : metrics.scrape().split("\n")) {
            int end = line.lastIndexOf(' ');
            if (!line.startsWith("#")) {
                samples.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
            }
        }
        return samples;
    }
}
