package io.millrace.server.http.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.websocket.auth.CredentialsReader;
import io.millrace.websocket.subscription.StreamParameters;
import java.util.Set;
import java.util.TreeSet;

/**
 * The query of a stream's URL in the words of both kinds of documents. Which parameters there are is asked of those who read them; {@code
 * documents/stream-parameters.json} has what they mean, a row for each. Immutable.
 */
final class StreamQuery {

    /** The parameter that stands for many. */
    private static final String HEADER = "header.NAME";

    private static final String HEADER_PATTERN = "^header\\..+$";

    /** What the names of the components begin with: a parameter of a path may have the same name. */
    private static final String COMPONENT = "stream.";

    /** What is said of a parameter that nobody has described: that it is there. */
    private static final ObjectNode UNDESCRIBED = JsonNodeFactory.instance.objectNode();

    static {
        UNDESCRIBED.putObject("schema").put("type", "string");
    }

    private final ObjectNode text = DocumentText.read("stream-parameters.json");

    /** Of {@code GET /stream}, which names its topics in the query. */
    static Set<String> ofAnyTopics() {
        Set<String> names = new TreeSet<>(StreamParameters.names());
        names.addAll(CredentialsReader.PARAMETERS);
        return names;
    }

    /** Of {@code GET /topics/{topic}/stream}. */
    static Set<String> ofTopic() {
        Set<String> names = ofAnyTopics();
        names.removeAll(StreamParameters.topicNames());
        return names;
    }

    /** Adds all of them to the components of an OpenAPI document. */
    void addTo(ObjectNode parameters) {
        for (String name : ofAnyTopics()) {
            ObjectNode parameter = parameters.putObject(COMPONENT + name);
            parameter.put("name", name).put("in", "query");
            parameter.setAll(described(name));
        }
    }

    /** The list that an operation of an OpenAPI document has. */
    static ArrayNode references(Set<String> names) {
        ArrayNode references = JsonNodeFactory.instance.arrayNode();
        names.forEach(name -> references.addObject().put("$ref", "#/components/parameters/" + COMPONENT + name));
        return references;
    }

    /** A JSON schema of an object that has the parameters as members. */
    ObjectNode schema(Set<String> names) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        for (String name : names) {
            ObjectNode row = described(name);
            ObjectNode member = name.equals(HEADER)
                    ? schema.putObject("patternProperties").putObject(HEADER_PATTERN)
                    : properties.putObject(name);
            member.setAll(row.withObjectProperty("schema"));
            if (row.has("description")) {
                member.set("description", row.get("description"));
            }
        }
        return schema.put("additionalProperties", false);
    }

    private ObjectNode described(String name) {
        return text.has(name) ? text.get(name).deepCopy() : UNDESCRIBED.deepCopy();
    }
}
