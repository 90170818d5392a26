package io.millrace.server.cli;

import io.millrace.server.LocalUrl;
import io.millrace.server.config.HttpSettings;
import java.net.URI;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which node a command talks to. */
final class NodeOptions {

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The node, for example http://127.0.0.1:8080. Without it: the HTTP listener of the configuration.")
    URI url;

    @Mixin
    ConfigOptions config;

    /** Connects lazily: the first request tells whether somebody is there. */
    NodeClient client() {
        return new NodeClient(url != null ? url : configured());
    }

    private URI configured() {
        HttpSettings http = config.load().http();
        return URI.create(LocalUrl.of(http.host(), http.port()));
    }
}
