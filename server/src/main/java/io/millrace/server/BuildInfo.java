package io.millrace.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this build is.
 *
 * @param version Maven's version
 * @param commit the short git commit, or empty when the builder did not say
 */
public record BuildInfo(String version, String commit) {

    /** Reads the file that the build wrote. */
    public static BuildInfo current() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(properties.getProperty("version"), properties.getProperty("commit"));
    }

    /** {@code Millrace 0.1.0 (1a2b3c4)}. */
    @Override
    public String toString() {
        return "Millrace " + version + (commit.isEmpty() ? "" : " (" + commit + ")");
    }
}
