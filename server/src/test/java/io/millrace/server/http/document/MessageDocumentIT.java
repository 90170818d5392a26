package io.millrace.server.http.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.server.HttpCalls;
import io.millrace.server.SocketMessages;
import io.millrace.server.TestServer;
import io.millrace.websocket.delivery.RecordsMessage;
import io.millrace.websocket.protocol.ClientMessageReader;
import io.millrace.websocket.protocol.ServerMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code /asyncapi.json} says of the messages of {@code millrace.v1.json}, against the code, the page and what a server says. */
class MessageDocumentIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static TestServer server;
    private static JsonNode document;

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start();
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\",\"partitions\":1}");
        document =
                JSON.readTree(HttpCalls.get(server.httpUrl() + "/asyncapi.json").body());
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static Set<String> described(String operation, String sender) {
        Set<String> types = new TreeSet<>();
        document.at("/operations/" + operation + "/messages").forEach(reference -> {
            String name = reference.get("$ref").asText().replaceFirst(".*/", "");
            assertThat(name).startsWith(sender);
            String type = document.at("/components/messages/" + name + "/name").asText();
            assertThat(document.at("/components/schemas/" + name + "/properties/type/const")
                            .asText())
                    .isEqualTo(type)
                    .isEqualTo(name.substring(sender.length()));
            types.add(type);
        });
        return types;
    }

    @Test
    void everyTypeIsDescribedAndNothingElse() {
        assertThat(described("messages.ask", AsyncApiDocument.FROM_CLIENTS)).isEqualTo(ClientMessageReader.types());
        Set<String> said = new TreeSet<>(ServerMessage.TYPES.values());
        said.add(RecordsMessage.TYPE);
        assertThat(described("messages.tell", AsyncApiDocument.FROM_SERVER)).isEqualTo(said);
    }

    @Test
    void subscribeHasTheParametersThatAreUnderstood() throws Exception {
        String refusal = HttpCalls.get(server.httpUrl() + "/topics/readings/stream?nonsense=1")
                .body();
        String known = JSON.readTree(refusal).get("message").asText().replaceFirst(".*known are ", "");
        Set<String> parameters = new TreeSet<>(Arrays.asList(known.split(", ")));
        assertThat(parameters).contains("header.NAME", "from", "where");
        parameters.remove("header.NAME");
        parameters.addAll(Set.of("type", "sid", "id", "topics"));
        Set<String> members = new TreeSet<>();
        document.at("/components/schemas/client.subscribe/properties")
                .fieldNames()
                .forEachRemaining(members::add);
        assertThat(members).isEqualTo(parameters);
    }

    /** What is wrong with a message by its schema; members that are not described are wrong, too. */
    private static List<String> faults(JsonNode message, String sender) {
        String name = sender + message.path("type").asText();
        JsonNode described = document.at("/components/schemas/" + name);
        if (described.isMissingNode()) {
            return List.of("there is no " + name);
        }
        ObjectNode whole = JSON.createObjectNode().put("$ref", "#/components/schemas/" + name);
        whole.set("components", document.get("components"));
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole.toString(), InputFormat.JSON);
        List<String> faults = new ArrayList<>();
        schema.validate(message.toString(), InputFormat.JSON).forEach(error -> faults.add(error.toString()));
        message.fieldNames().forEachRemaining(member -> {
            if (!described.path("properties").has(member) && !member.startsWith("header.")) {
                faults.add(member + " is not described");
            }
        });
        return faults;
    }

    @Test
    void theExamplesOfThePageAreWhatIsDescribed() throws Exception {
        String page = Files.readString(Path.of("../websocket/PROTOCOL.md"));
        String messages = page.substring(page.indexOf("## Messages"), page.indexOf("## Credentials"));
        Set<String> seen = new TreeSet<>();
        for (String line :
                messages.lines().filter(l -> l.startsWith("{\"type\":")).toList()) {
            JsonNode message = JSON.readTree(line);
            List<String> asClient = faults(message, AsyncApiDocument.FROM_CLIENTS);
            List<String> asServer = faults(message, AsyncApiDocument.FROM_SERVER);
            assertThat(asClient.isEmpty() || asServer.isEmpty())
                    .as("%s%n%s%n%s", line, asClient, asServer)
                    .isTrue();
            seen.add(message.get("type").asText());
        }
        Set<String> all = new TreeSet<>(ServerMessage.TYPES.values());
        all.addAll(ClientMessageReader.types());
        all.add(RecordsMessage.TYPE);
        assertThat(seen).as("the page has an example of each").isEqualTo(all);
    }

    @Test
    void whatAServerSaysIsWhatIsDescribed() {
        List<String> requests = List.of(
                "{'type':'subscribe','sid':1,'id':'a','topics':['readings'],'from':'earliest','credit':100}",
                "{'type':'subscribe','sid':2,'topics':['readings'],'group':'g','commit':'manual','from':'earliest'}",
                "{'type':'produce','id':'b','topic':'readings','acks':'all','records':[{'key':'k','value':{'t':1},"
                        + "'timestamp':1732100001123,'headers':[{'name':'fw','value':'1.9'}]},{'value_base64':'/w=='}]}",
                "{'type':'credit','sid':1,'records':100}",
                "{'type':'checkpoint','sid':1,'id':'c'}",
                "{'type':'commit','sid':2,'id':'d','offsets':[{'topic':'readings','partition':0,'offset':1}]}",
                "{'type':'seek','sid':1,'id':'e','from':'earliest'}",
                "{'type':'seek','sid':9,'from':'earliest'}",
                "{'type':'auth','id':'f','token':'anything'}",
                "{'type':'unsubscribe','sid':1,'id':'g'}",
                "{'type':'ping','id':'h'}");
        Set<String> heard = new TreeSet<>();
        try (SocketMessages messages = SocketMessages.open(server.httpUrl())) {
            for (String request : requests) {
                String json = request.replace('\'', '"');
                assertThat(faults(parsed(json), AsyncApiDocument.FROM_CLIENTS))
                        .as(json)
                        .isEmpty();
                messages.send(request);
                if (request.contains("'type':'produce'")) {
                    // The group has said what this member has, and its records are here, before it commits.
                    messages.next(message -> described(message, heard).equals("records")
                            && message.get("sid").asInt() == 2);
                } else if (request.contains("'type':'commit'")) {
                    // Its coordinator takes its time; what follows is answered at once.
                    messages.next(message -> described(message, heard).equals("committed"));
                }
            }
            messages.next(message -> described(message, heard).equals("pong"));
        }
        assertThat(heard)
                .contains(
                        "welcome",
                        "subscribed",
                        "checkpoint",
                        "caught_up",
                        "assigned",
                        "records",
                        "produced",
                        "committed",
                        "sought",
                        "error",
                        "unsubscribed",
                        "pong");
    }

    private static String described(JsonNode message, Set<String> heard) {
        assertThat(faults(message, AsyncApiDocument.FROM_SERVER))
                .as("%s", message)
                .isEmpty();
        heard.add(message.get("type").asText());
        return message.get("type").asText();
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
