package io.millrace.websocket.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.protocol.ClientMessageReader.RefusedMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may write (gateway protocol §4.1), and that whatever is wrong with it the error has the id and the sid. */
class ClientMessageReaderTest {

    /** What each type needs beside its type, sid and id. */
    private static final Map<String, String> OTHERS = Map.of(
            "subscribe", "'topics':['readings']",
            "unsubscribe", "'x':1",
            "credit", "'records':1",
            "seek", "'from':'latest'",
            "checkpoint", "'x':1",
            "commit", "'offsets':[]",
            "produce", "'topic':'readings','records':[{'value':1}]",
            "auth", "'token':'t'",
            "ping", "'x':1");

    private static ClientMessage read(String json) {
        return ClientMessageReader.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static RefusedMessage refused(String json) {
        RefusedMessage refused = catchThrowableOfType(RefusedMessage.class, () -> read(json));
        assertThat(refused).as(json).isNotNull();
        return refused;
    }

    static Stream<String> types() {
        return ClientMessageReader.types().stream();
    }

    @ParameterizedTest
    @MethodSource("types")
    void aWrongSidIsRefusedWithTheIdWhereverThatStands(String type) {
        String others = OTHERS.get(type);
        assertThat(read("{'type':'" + type + "','sid':1,'id':'x'," + others + "}")
                        .id())
                .isEqualTo("x");
        for (String sid : List.of("-1", "65536", "1.5", "1e0", "true", "[1]", "{'a':[1]}", "'4'", "9".repeat(900))) {
            for (String json : List.of(
                    "{'type':'" + type + "','sid':" + sid + ",'id':'x'," + others + "}",
                    "{'type':'" + type + "','id':'x','sid':" + sid + "," + others + "}",
                    "{" + others + ",'sid':" + sid + ",'type':'" + type + "','id':'x'}")) {
                assertThat(refused(json).id()).as(json).isEqualTo("x");
                assertThat(refused(json)).as(json).hasMessageStartingWith("sid: ");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void aWrongIdIsRefusedWithTheSid(String type) {
        for (String id : List.of("7", "true", "['x']", "{}", "'\\ud800'", "'\\udc00x'", "'" + "é".repeat(33) + "'")) {
            String json = "{'type':'" + type + "','id':" + id + ",'sid':3," + OTHERS.get(type) + "}";
            assertThat(refused(json).sid()).as(json).isEqualTo(3);
            assertThat(refused(json).id()).as(json).isNull();
            assertThat(refused(json)).as(json).hasMessageStartingWith("id: ");
        }
        assertThat(read("{'type':'ping','id':'\\ud83d\\ude00'}").id()).isEqualTo("😀");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type':5 | type: must be a string",
                "'type':'subscribe','limit':'5' | limit: must be a whole number",
                "'type':'subscribe','limit':5.0 | limit: must be a whole number",
                "'type':'subscribe','credit':'5' | credit: must be a whole number",
                "'type':'subscribe','topics':[null] | topics: must be a string or an array of strings",
                "'type':'subscribe','topics':[] | topics: is an empty list",
                "'type':'subscribe','key':[] | key: is an empty list",
                "'type':'subscribe','key':7 | key: must be a string",
                "'type':'subscribe','where':true | where: must be a string",
                "'type':'subscribe','header.fw':1.9 | header.fw: must be a string",
                "'type':'subscribe','partition':['0'] | partition: must be",
                "'type':'credit','records':'5' | records: must be a whole number",
                "'type':'credit','records':[1] | records: must be a whole number",
                "'type':'credit','records':99999999999999999999 | records: must be a whole number",
                "'type':'seek','from':true | from: must be a string or a whole number",
                "'type':'auth','token':5 | token: must be a string",
                "'type':'commit','offsets':[{'topic':'a','partition':'0','offset':1}] | partition: must be a whole number",
                "'type':'commit','offsets':[{'topic':5,'partition':0,'offset':1}] | topic: must be a string",
                "'type':'commit','offsets':[{'topic':'a','topic':'b','partition':0,'offset':1}] | topic: is given twice",
                "'type':'commit','offsets':{'topic':'a'} | offsets: must be an array of objects",
                "'type':'commit','offsets':[1,[2,{'a':[]}]] | offsets: must be an array of objects",
                "'type':'produce','topic':'t','records':{'value':5} | records: must be an array of objects",
                "'type':'produce','topic':'t','records':[[{'a':1}],2] | records: must be an array of objects",
                "'type':'produce','topic':5,'records':[{'value':1}] | topic: must be a string",
                "'type':'produce','topic':'t','timeout_ms':'5','records':[{'value':1}] | timeout_ms: must be a whole number",
                "'type':'produce','topic':'t','acks':true,'records':[{'value':1}] | acks: must be a string or a whole number",
                "'type':'produce','topic':'t','idempotency_key':5,'records':[{'value':1}] | idempotency_key: must be a string",
                "'type':'ping','a':1,'a':2 | a: is given twice"
            })
    void membersOfAnotherTypeAreRefusedByName(String members, String message) {
        for (String json : List.of("{" + members + ",'sid':1,'id':'x'}", "{'id':'x','sid':1," + members + "}")) {
            assertThat(refused(json)).as(json).hasMessageStartingWith(message);
            assertThat(refused(json).id()).as(json).isEqualTo("x");
            assertThat(refused(json).sid()).as(json).isEqualTo(1);
        }
    }

    @Test
    void positionsAndPartitionsMayBeNumbersOrText() {
        ClientMessage.Subscribe message = (ClientMessage.Subscribe)
                read("{'type':'subscribe','sid':1,'topic':'a','from':1043,'partition':[0,3],'limit':5,'fields':['t']}");
        assertThat(message.parameters())
                .containsEntry("from", List.of("1043"))
                .containsEntry("partition", List.of("0", "3"))
                .containsEntry("limit", List.of("5"))
                .hasSize(5);
        assertThat(((ClientMessage.Seek) read("{'type':'seek','sid':1,'from':7}")).from())
                .isEqualTo("7");
    }

    /** Many programs write null for what they leave out. */
    @Test
    void aMemberThatIsNullIsLeftOut() {
        ClientMessage.Subscribe subscribe = (ClientMessage.Subscribe)
                read("{'type':'subscribe','sid':4,'id':null,'topics':['a'],'from':null,'resume':null,'fields':null}");
        assertThat(subscribe.id()).isNull();
        assertThat(subscribe.parameters()).containsOnlyKeys("topics");
        for (String message : List.of(
                "{'type':null}",
                "{'type':'subscribe','sid':null,'topics':['a']}",
                "{'type':'credit','sid':1,'records':null}",
                "{'type':'seek','sid':1,'from':null}",
                "{'type':'auth','token':null}",
                "{'type':'produce','topic':'t','records':null}",
                "{'type':'produce','topic':null,'records':[{'value':1}]}")) {
            String without = message.replaceAll(",?'[a-z]+':null", "").replace("{,", "{");
            assertThat(refused(message)).hasMessage(refused(without).getMessage());
        }
        ClientMessage.Produce produce = (ClientMessage.Produce)
                read(produce("{'partition':null,'timestamp':null,'headers':null,'key':null,'value':1}"));
        assertThat(produce.records().get(1).partition()).isEqualTo(-1);
    }

    @Test
    void membersThatAreNotKnownMayBeAnything() {
        assertThat(read("{'type':'ping','a':null,'b':{'c':[{}]},'records':[1],'offsets':7,'d':[[1]],'id':'x'}")
                        .id())
                .isEqualTo("x");
    }

    // ---- records

    private static String produce(String record) {
        return "{'type':'produce','topic':'t','records':[{'value':0}," + record + "],'id':'p'}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'a':1,'a':2}",
                "[{'a' : [1, 2.50, 1e3 ]}, null]",
                "'a\\ud800'",
                "-12.0",
                "'text'",
                "true",
                "12345678901234567890123"
            })
    void valuesAreStoredAsTheyAreWritten(String value) {
        ClientMessage.Produce message = (ClientMessage.Produce) read(produce("{'value':" + value + ",'key':'k'}"));
        assertThat(new String(message.records().get(1).record().value(), StandardCharsets.UTF_8))
                .isEqualTo(value.replace('\'', '"'));
    }

    @Test
    void anExplicitNullIsATombstoneAndNoValueIsNone() {
        ClientMessage.Produce message = (ClientMessage.Produce) read(produce("{'key':null,'value':null}"));
        assertThat(message.records().get(1).record().value()).isNull();
        assertThat(message.records().get(1).record().key()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'key':'a'} | records: a record has no value",
                "{} | records: a record has no value",
                "{'key':'a','key_base64':'YQ==','value':1} | records: 'key' and 'key_base64' are given together",
                "{'value_base64':'YQ==','value':null} | records: 'value' and 'value_base64' are given together",
                "{'value':1,'value':2} | records: 'value' is given twice",
                "{'value':1,'vlaue':2} | records: 'vlaue' is not known",
                "{'value_base64':null} | value_base64: must be a string; null is written as \"value\":null",
                "{'value_base64':5} | value_base64: must be a string",
                "{'value_base64':'%'} | value_base64: is not base64",
                "{'key':5,'value':1} | key: must be a string or null",
                "{'key':'\\ud800','value':1} | key: has half of a surrogate pair",
                "{'timestamp':'5','value':1} | records: timestamp must be an integer",
                "{'value':1,'headers':[{'name':5}]} | headers: name must be a string",
                "{'value':1,'headers':[{'name':'a','value':'x','value_base64':'YQ=='}]} | headers: 'value' and 'value_base64' are given together",
                "{'value':1,'headers':[1]} | headers: must be an array of objects",
                "5 | records: must be an array of objects"
            })
    void recordsThatAreWrongAreRefusedByNameWithTheIdBehindThem(String record, String message) {
        assertThat(refused(produce(record))).hasMessageStartingWith(message);
        assertThat(refused(produce(record)).id()).isEqualTo("p");
    }

    // ---- too much

    static Stream<String> tooMuch() {
        return Stream.of(
                "{'value':" + "[".repeat(129) + "']}'" + "]".repeat(129) + "}",
                "{'value':" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
                "{'value':" + "{'a\\\\':".repeat(5_000) + "1" + "}".repeat(5_000) + "}",
                "{'value':{'" + "n".repeat(5_000) + "':1}}",
                "{'value':" + "1".repeat(5_000) + "}");
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void aValueThatIsTooMuchIsRefusedWithTheId(String record) {
        RefusedMessage refused = refused(produce(record));
        assertThat(refused.id()).isEqualTo("p");
        assertThat(refused.getMessage())
                .startsWith("the message was not carried out: ")
                .doesNotContain("Stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1]", "{'id':'x'}{}", "{'id':'x',}", "\u0000{\u0000}"})
    void whatIsNoMessageAtAllIsNotRefusedButUnreadable(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MillraceException.class)
                .hasMessageStartingWith("a message could not be read: ")
                .message()
                .doesNotContain("Source", "Stream");
        assertThatThrownBy(() -> read("{'id':'x','a':" + "[".repeat(5_000)))
                .isInstanceOf(MillraceException.class)
                .hasMessageStartingWith("a message could not be read: ");
    }
}
