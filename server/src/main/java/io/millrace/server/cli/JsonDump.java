package io.millrace.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.quorum.MetadataRecord;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.cluster.record.Utf8;
import io.millrace.storage.inspect.FileEntry;
import java.io.PrintWriter;
import java.nio.file.Path;

/** One JSON object in each line: the file, the type of the entry, and its fields by their names in {@link FileEntry}. */
final class JsonDump extends DumpPrinter {

    private final PrintWriter out;
    private String file;

    JsonDump(PrintWriter out, boolean records) {
        super(records);
        this.out = out;
    }

    @Override
    void file(Path path) {
        file = path.toString();
    }

    @Override
    public void entry(FileEntry entry) {
        ObjectNode line = line(DumpText.typeOf(entry));
        line.setAll((ObjectNode) NodeClient.JSON.valueToTree(entry));
        out.println(line);
    }

    /** Key and value as text where they are UTF-8, otherwise in base64, like the HTTP API. */
    @Override
    void record(StreamRecord record) {
        ObjectNode line = line("record").put("offset", record.offset()).put("timestampMs", record.timestampMs());
        put(line, "key", record.key());
        put(line, "value", record.value());
        if (!record.headers().isEmpty()) {
            var headers = line.putArray("headers");
            record.headers()
                    .forEach(header -> put(headers.addObject().put("name", header.name()), "value", header.value()));
        }
        out.println(line);
    }

    @Override
    void metadata(MetadataRecord record) {
        ObjectNode line = line("metadataRecord")
                .put("offset", record.offset())
                .put("timestampMs", record.timestampMs())
                .put("record", record.type())
                .put("version", record.version());
        line.set("data", record.data());
        out.println(line);
    }

    @Override
    void unreadableRecords(long fromOffset, long toOffset, String why) {
        out.println(line("unreadableRecords")
                .put("fromOffset", fromOffset)
                .put("toOffset", toOffset)
                .put("why", why));
    }

    private ObjectNode line(String type) {
        return NodeClient.JSON.createObjectNode().put("file", file).put("type", type);
    }

    private static void put(ObjectNode line, String name, byte[] bytes) {
        if (bytes == null) {
            line.putNull(name);
            return;
        }
        String text = Utf8.textOrNull(bytes);
        if (text == null) {
            line.put(name + "_base64", bytes);
        } else {
            line.put(name, text);
        }
    }
}
