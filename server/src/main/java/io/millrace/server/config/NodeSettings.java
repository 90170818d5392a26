package io.millrace.server.config;

import java.nio.file.Path;

/**
 * Who this node is.
 *
 * @param id stable over restarts, unique in the cluster
 * @param dataDir everything that survives a restart lies here; relative to the working directory
 * @param rack the rack or zone, told to Kafka clients; null for none
 */
public record NodeSettings(int id, Path dataDir, String rack) {

    public NodeSettings {
        new Checks("node")
                .range("id", id, 0, Integer.MAX_VALUE)
                .notBlank("dataDir", dataDir.toString())
                .notBlankIfSet("rack", rack)
                .done();
    }

    static NodeSettings standard() {
        return new NodeSettings(1, Path.of("./data"), null);
    }
}
