package io.millrace.server.http.page;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * A file of the page, as it is answered.
 *
 * @param content its bytes; shared, never changed
 * @param contentType by the ending of its name
 * @param etag changes with the content
 * @param securityPolicy the Content-Security-Policy of a page; null for other files
 */
record StaticFile(Buffer content, String contentType, String etag, String securityPolicy) {

    /** Only these are served: on a class path that is a directory, a path without an ending could name a folder. */
    private static final Map<String, String> CONTENT_TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("txt", "text/plain; charset=utf-8"));

    /** The content type for a path, or null when such files are not served. */
    static String contentTypeOf(String path) {
        int dot = path.lastIndexOf('.');
        return dot < path.lastIndexOf('/') ? null : CONTENT_TYPES.get(path.substring(dot + 1));
    }

    /** Reads a resource. Blocks. */
    static StaticFile read(InputStream in, String contentType) throws IOException {
        byte[] bytes = in.readAllBytes();
        String policy = contentType.startsWith("text/html") ? ContentSecurityPolicy.forPage(bytes) : null;
        return new StaticFile(Buffer.buffer(bytes), contentType, etag(bytes), policy);
    }

    private static String etag(byte[] bytes) {
        return '"' + HexFormat.of().formatHex(sha256(bytes), 0, 12) + '"';
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
