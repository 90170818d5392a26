package io.millrace.server.http.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.metadata.TopicMetadata;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes an OpenAPI 3.1 document of the routes of a router. Immutable. */
final class OpenApiDocument {

    private static final String VERSION = "3.1.0";
    private static final Pattern PARAMETER = Pattern.compile(":([a-z]+)");

    /** What is said of a route that nobody has described: that it is there. */
    private static final ObjectNode UNDESCRIBED = JsonNodeFactory.instance.objectNode();

    static {
        UNDESCRIBED.putObject("responses").putObject("default").put("description", "Not described.");
    }

    private final ObjectNode info;
    private final ObjectNode tags;
    private final ObjectNode components;
    private final ObjectNode operations;

    /** @param serverVersion of this server */
    OpenApiDocument(String serverVersion) {
        ObjectNode text = DocumentText.read("openapi.json");
        this.info = ((ObjectNode) text.get("info")).put("version", serverVersion);
        this.tags = JsonNodeFactory.instance.objectNode();
        this.tags.set("tags", text.get("tags"));
        this.components = (ObjectNode) text.get("components");
        this.operations = (ObjectNode) text.get("operations");
        new StreamQuery().addTo(components.withObjectProperty("parameters"));
        follows("GET /topics/:topic/stream", StreamQuery.ofTopic());
        follows("GET /stream", StreamQuery.ofAnyTopics());
    }

    private void follows(String operation, Set<String> parameters) {
        operations.withObjectProperty(operation).set("parameters", StreamQuery.references(parameters));
    }

    /** @param visible topics that are named as examples */
    ObjectNode of(List<Route> routes, List<TopicMetadata> visible) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("openapi", VERSION);
        document.set("info", info);
        document.putArray("servers").addObject().put("url", "/");
        document.setAll(tags);
        ObjectNode paths = document.putObject("paths");
        List<Route> byPath = new ArrayList<>(routes);
        byPath.removeIf(route -> route.getPath() == null || route.methods() == null);
        byPath.sort(Comparator.comparing(Route::getPath));
        byPath.forEach(route -> add(paths, route));
        document.set("components", componentsWith(visible));
        return document;
    }

    private void add(ObjectNode paths, Route route) {
        ObjectNode path =
                paths.withObjectProperty(PARAMETER.matcher(route.getPath()).replaceAll("{$1}"));
        Matcher parameters = PARAMETER.matcher(route.getPath());
        if (!path.has("parameters") && parameters.find()) {
            ArrayNode listed = path.putArray("parameters");
            do {
                listed.addObject().put("$ref", "#/components/parameters/" + parameters.group(1));
            } while (parameters.find());
        }
        for (HttpMethod method : route.methods()) {
            String name = method.name() + " " + route.getPath();
            // What GET answers with, without the body: said once for all of them.
            boolean isWithoutBody = method == HttpMethod.HEAD && route.methods().contains(HttpMethod.GET);
            if (operations.has(name) || !isWithoutBody) {
                path.set(
                        method.name().toLowerCase(Locale.ROOT),
                        operations.has(name) ? operations.get(name) : UNDESCRIBED);
            }
        }
    }

    private ObjectNode componentsWith(List<TopicMetadata> visible) {
        ObjectNode copy = components.deepCopy();
        if (!visible.isEmpty()) {
            ArrayNode examples = copy.withObject("/parameters/topic/schema").putArray("examples");
            visible.forEach(topic -> examples.add(topic.name()));
        }
        return copy;
    }
}
