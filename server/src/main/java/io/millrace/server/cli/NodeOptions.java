package io.millrace.server.cli;

import io.millrace.server.LocalUrl;
import io.millrace.server.config.HttpSettings;
import java.net.URI;
import java.nio.file.Path;
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

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "PEM file with the CAs to trust, for an https URL. Without it: those of the Java runtime, and for the"
                            + " HTTP listener of the configuration its own http.tls.certificate.")
    Path trusted;

    @Mixin
    ConfigOptions config;

    /** Connects lazily: the first request tells whether somebody is there. */
    NodeClient client() {
        if (url != null) {
            return new NodeClient(url, trusted);
        }
        HttpSettings http = config.load().http();
        URI configured =
                URI.create(LocalUrl.of(http.host(), http.port(), http.tls().isOn()));
        return new NodeClient(configured, trusted != null ? trusted : http.tls().certificate());
    }
}
