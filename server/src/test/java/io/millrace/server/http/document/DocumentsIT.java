package io.millrace.server.http.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The documents of a whole server, against the official schemas and against its own routes. */
class DocumentsIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static TestServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start();
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"plant.readings\",\"partitions\":3}");
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"alarms\"}");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static String document(String path) throws Exception {
        HttpResponse<String> answer = HttpCalls.get(server.httpUrl() + path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        return answer.body();
    }

    private static Schema schema(String name, SpecificationVersion version) throws IOException {
        try (InputStream in = DocumentsIT.class.getResourceAsStream("/schemas/" + name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return SchemaRegistry.withDefaultDialect(version).getSchema(text, InputFormat.JSON);
        }
    }

    @Test
    void theDescriptionOfHttpIsValidOpenApi() throws Exception {
        Schema schema = schema("openapi-3.1.json", SpecificationVersion.DRAFT_2020_12);

        assertThat(schema.validate(document("/openapi.json"), InputFormat.JSON)).isEmpty();
        List<Error> errors =
                schema.validate(document("/openapi.json").replace("\"responses\"", "\"answers\""), InputFormat.JSON);
        assertThat(errors).as("the schema finds something").isNotEmpty();
    }

    @Test
    void whatItReferencesIsThereAndItsSchemasAreJsonSchemas() throws Exception {
        for (String path : List.of("/openapi.json", "/asyncapi.json")) {
            JsonNode document = JSON.readTree(document(path));
            List<String> references = document.findValuesAsText("$ref");
            assertThat(references).isNotEmpty().allSatisfy(reference -> {
                assertThat(reference).startsWith("#/");
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            });
            Schema meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
            document.path("components")
                    .path("schemas")
                    .forEach(schema -> assertThat(meta.validate(schema.toString(), InputFormat.JSON))
                            .isEmpty());
        }
    }

    @Test
    void everyRouteIsDescribedAndNothingElse() throws Exception {
        JsonNode paths = JSON.readTree(document("/openapi.json")).path("paths");
        Set<String> described = new TreeSet<>();
        List<String> operationIds = new ArrayList<>();
        paths.properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (!operation.getKey().equals("parameters")) {
                        String name = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                        described.add(name.replaceAll("\\{([a-z]+)}", ":$1"));
                        assertThat(operation.getValue().path("summary").asText())
                                .as(name)
                                .isNotEmpty();
                        operationIds.add(
                                operation.getValue().path("operationId").asText());
                    }
                }));
        Set<String> rows = new TreeSet<>();
        DocumentText.read("openapi.json").path("operations").fieldNames().forEachRemaining(rows::add);

        // What is described and has no route is not in the document; what has a route and is not described has no
        // summary.
        assertThat(described).isEqualTo(rows).contains("GET /topics/:topic/stream", "POST /topics/:topic/records");
        assertThat(operationIds).doesNotHaveDuplicates().doesNotContain("");
    }

    @Test
    void aRouteThatNobodyDescribedIsInTheDocumentAllTheSame() {
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.get("/new/:topic").handler(ctx -> ctx.response().end());

        JsonNode path =
                new OpenApiDocument("1").of(router.getRoutes(), List.of()).at("/paths/~1new~1{topic}");
        assertThat(path.at("/get/responses/default/description").asText()).isEqualTo("Not described.");
        assertThat(path.at("/parameters/0/$ref").asText()).isEqualTo("#/components/parameters/topic");
        vertx.close();
    }

    @Test
    void theDescriptionOfStreamsIsValidAsyncApiAndHasEveryTopic() throws Exception {
        String text = document("/asyncapi.json");
        Schema schema = schema("asyncapi-3.0.0.json", SpecificationVersion.DRAFT_7);

        assertThat(schema.validate(text, InputFormat.JSON)).isEmpty();
        assertThat(schema.validate(text.replace("\"action\"", "\"does\""), InputFormat.JSON))
                .as("the schema finds something")
                .isNotEmpty();
        JsonNode document = JSON.readTree(text);
        assertThat(document.at("/channels/plant.readings.stream/address").asText())
                .isEqualTo("/topics/plant.readings/stream");
        assertThat(document.at("/channels/plant.readings.kafka/bindings/kafka/partitions")
                        .asInt())
                .isEqualTo(3);
        assertThat(document.at("/channels").size())
                .as("two for each topic, and the messages")
                .isEqualTo(5);
        assertThat(document.at("/servers/websocket/host").asText()).isEqualTo("127.0.0.1:" + server.httpPort());
        assertThat(document.at("/servers/kafka/host").asText()).isEqualTo(server.kafkaAddress());
    }

    @Test
    void visibleTopicsAreNamedAsExamples() throws Exception {
        JsonNode examples = JSON.readTree(document("/openapi.json")).at("/components/parameters/topic/schema/examples");
        assertThat(examples).extracting(JsonNode::asText).containsExactly("alarms", "plant.readings");
    }
}
