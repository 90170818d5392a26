package io.millrace.websocket.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.StreamRecord;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectionTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> NAMES = List.of("a", "b", "é", "quo\"te", "n\\u0061me");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "t | {\"t\":21.50,\"u\":1} | {\"t\":21.50}",
                "t,site.name | {\"site\":{\"x\":1,\"name\":\"n\"},\"u\":[1],\"t\":1e3} | {\"site\":{\"name\":\"n\"},\"t\":1e3}",
                "site.name | {\"site\":[{\"name\":1,\"x\":2},5,{\"x\":3}]} | {\"site\":[{\"name\":1},{}]}",
                "site.name,site | {\"site\":{\"x\":1},\"u\":2} | {\"site\":{\"x\":1}}",
                "site.name | {\"site\":5} | {}",
                "t | {} | {}",
                "t | [{\"t\":1,\"u\":2},{\"u\":2}] | [{\"t\":1},{}]",
                "t | 5 | 5",
                "t | \"text\" | \"text\"",
                "t | null | null",
                "t | { \"u\" : { } , \"t\" : [ 1 , \"a]b\" ]  } | {\"t\":[ 1 , \"a]b\" ]}",
                "t | {\"t\":null,\"t\":true} | {\"t\":null,\"t\":true}",
                "t | {\"\\u0074\":\"\\u00e9\"} | {\"t\":\"\\u00e9\"}",
                "t | {\"t\":-0} | {\"t\":-0}",
            })
    void whatIsSelectedIsCopiedAsItIs(String fields, String value, String expected) {
        assertThat(project(fields, value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "not json", "{\"t\":1", "{\"t\":1}}", "{\"t\":1} 2", "{\"u\":tru,\"t\":1}", "{\"t\":1,}"})
    void whatIsNotJsonIsNotProjected(String value) {
        assertThat(project("t", value)).isNull();
        assertThat(recordOf("t", value.getBytes(UTF_8)))
                .contains("\"value_base64\":\"")
                .doesNotContain("\"value\":");
    }

    @Test
    void aTombstoneStaysNull() {
        assertThat(recordOf("t", null)).contains("\"value\":null");
    }

    @Test
    void lineBreaksBetweenTokensBecomeSpaces() {
        assertThat(recordOf("t", "{\n\"t\":[\n1,\r\n2],\"u\":3}".getBytes(UTF_8)))
                .contains("\"value\":{\"t\":[ 1,  2]}");
    }

    @Test
    void anySelectionOfAnyValueIsWhatATreeWouldGive() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            JsonNode value = randomNode(random, 4);
            String fields = path(random) + "," + path(random);
            String text = random.nextBoolean() ? value.toString() : value.toPrettyString();

            String projected = project(fields, text);

            assertThat(MAPPER.readTree(projected))
                    .as("seed %d, fields %s of %s", seed, fields, text)
                    .isEqualTo(selected(value, Projection.parse(fields)));
        }
    }

    @Test
    void selectionsAreEqualInAnyOrder() {
        assertThat(Projection.parse("a,b.c"))
                .isEqualTo(Projection.parse("b.c,a"))
                .isEqualTo(Projection.parse("b.c,a,a.x"));
        assertThat(Projection.parse("a")).isNotEqualTo(Projection.parse("a.b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "a,", ".", "a.", ".a", "a..b"})
    void whatIsNoListOfPathsIsRefused(String fields) {
        assertThatThrownBy(() -> Projection.parse(fields))
                .isInstanceOf(MillraceException.class)
                .hasMessageStartingWith("fields: ");
    }

    @Test
    void selectionsAreBounded() {
        assertThatThrownBy(() -> Projection.parse("a,".repeat(1_000) + "a")).hasMessageStartingWith("fields: ");
        assertThatThrownBy(() -> Projection.parse("a.".repeat(40) + "a")).hasMessageStartingWith("fields: ");
    }

    private static JsonNode selected(JsonNode value, Projection projection) {
        if (projection.isWhole()) {
            return value;
        }
        if (value.isObject()) {
            ObjectNode result = MAPPER.createObjectNode();
            value.properties().forEach(member -> {
                Projection below = projection.members().get(member.getKey());
                if (below != null && (below.isWhole() || member.getValue().isContainerNode())) {
                    result.set(member.getKey(), selected(member.getValue(), below));
                }
            });
            return result;
        }
        if (value.isArray()) {
            ArrayNode result = MAPPER.createArrayNode();
            value.forEach(element -> {
                if (element.isContainerNode()) {
                    result.add(selected(element, projection));
                }
            });
            return result;
        }
        return value;
    }

    private static JsonNode randomNode(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 5 : 9);
        if (kind < 5) {
            return switch (kind) {
                case 0 -> MAPPER.getNodeFactory().numberNode(random.nextInt());
                case 1 -> MAPPER.getNodeFactory().numberNode(random.nextInt(1_000) / 8.0);
                case 2 -> MAPPER.getNodeFactory().textNode("te\\xt \"é\" {,}:[]\n" + random.nextInt(9));
                case 3 -> MAPPER.getNodeFactory().booleanNode(random.nextBoolean());
                default -> MAPPER.getNodeFactory().nullNode();
            };
        }
        if (kind == 5) {
            ArrayNode array = MAPPER.createArrayNode();
            for (int i = random.nextInt(4); i > 0; i--) {
                array.add(randomNode(random, depth - 1));
            }
            return array;
        }
        ObjectNode object = MAPPER.createObjectNode();
        for (int i = random.nextInt(6); i > 0; i--) {
            object.set(name(random), randomNode(random, depth - 1));
        }
        return object;
    }

    private static String path(Random random) {
        return random.nextInt(3) == 0 ? name(random) : name(random) + "." + path(random);
    }

    private static String name(Random random) {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private static String project(String fields, String value) {
        ByteSink out = new ByteSink(8);
        out.writeAscii("before");
        boolean written =
                new JsonProjector(Projection.parse(fields), new JsonCheck()).write(value.getBytes(UTF_8), out);
        String text = new String(out.toByteArray(), UTF_8);
        assertThat(text).startsWith("before");
        if (!written) {
            assertThat(text).isEqualTo("before");
        }
        return written ? text.substring(6) : null;
    }

    private static String recordOf(String fields, byte[] value) {
        ByteSink out = new ByteSink(64);
        new RecordJson("readings", 0, ValueFormat.JSON, Envelope.RECORD, Projection.parse(fields), true)
                .write(new StreamRecord(0, 0, null, value, List.of()), out);
        return new String(out.toByteArray(), UTF_8);
    }
}
