package io.millrace.server.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Flattens a YAML file to keys and texts, remembering the lines. {@code topics: {defaults: {retention.ms: 1}}} and {@code
 * topics.defaults.retention.ms: 1} are the same.
 *
 * <p>Reads tokens instead of binding objects: the whole mapper costs more start-up time than the server's own classes.
 */
final class ConfigFile {

    private final Path file;
    private final Map<String, ConfigValue> values = new LinkedHashMap<>();
    private final List<ConfigProblem> problems;

    private ConfigFile(Path file, List<ConfigProblem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The values of a file by key; what cannot be read is added to {@code problems}. */
    static Map<String, ConfigValue> read(Path file, List<ConfigProblem> problems) {
        ConfigFile config = new ConfigFile(file, problems);
        if (!Files.isRegularFile(file)) {
            config.problem(null, "there is no such configuration file", file.toString());
            return config.values;
        }
        try (JsonParser parser = new YAMLFactory().createParser(Files.newBufferedReader(file))) {
            config.readDocument(parser);
        } catch (JsonProcessingException e) {
            config.problem(
                    null,
                    "this is not valid YAML: " + reason(e.getOriginalMessage()),
                    config.at(e.getLocation() == null ? 1 : e.getLocation().getLineNr()));
        } catch (IOException e) {
            config.problem(null, "the file cannot be read: " + e.getMessage(), file.toString());
        }
        return config.values;
    }

    private void readDocument(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return;
        }
        if (first != JsonToken.START_OBJECT) {
            problem(null, "a configuration file is a list of 'key: value' lines", at(parser));
            return;
        }
        readObject(parser, "");
    }

    private void readObject(JsonParser parser, String prefix) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = prefix + parser.currentName();
            String origin = at(parser);
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT) {
                readObject(parser, key + ".");
            } else if (token == JsonToken.START_ARRAY) {
                put(key, new ConfigValue(readList(parser, key), true, origin));
            } else {
                put(key, new ConfigValue(token == JsonToken.VALUE_NULL ? null : parser.getText(), false, origin));
            }
        }
    }

    private String readList(JsonParser parser, String key) throws IOException {
        List<String> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (!token.isScalarValue()) {
                problem(key, "is a list of single values", at(parser));
                parser.skipChildren();
            } else {
                items.add(parser.getText());
            }
        }
        return items.isEmpty() ? null : String.join(",", items);
    }

    private void put(String key, ConfigValue value) {
        ConfigValue earlier = values.putIfAbsent(key, value);
        if (earlier != null) {
            problem(key, "is set twice, first at " + earlier.origin(), value.origin());
        }
    }

    private void problem(String key, String message, String origin) {
        problems.add(new ConfigProblem(key, message, origin));
    }

    private String at(JsonParser parser) {
        return at(parser.currentTokenLocation().getLineNr());
    }

    private String at(int line) {
        return file + " line " + line;
    }

    /** What the parser says, without its drawing of the place: the line number is given already. */
    private static String reason(String message) {
        return message == null
                ? "unknown reason"
                : message.lines().filter(line -> !line.startsWith(" ")).collect(Collectors.joining(", "));
    }
}
