package io.millrace.server.http.document;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The parts of documents that are written by hand, on the class path. */
final class DocumentText {

    private DocumentText() {}

    static ObjectNode read(String name) {
        try (InputStream in = DocumentText.class.getResourceAsStream("/documents/" + name)) {
            return (ObjectNode) new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
