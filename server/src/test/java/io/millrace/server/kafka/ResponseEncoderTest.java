package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.server.kafka.handler.LogRecords;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.file.FileRegion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class ResponseEncoderTest {

    private static final short FETCH_VERSION = 11;

    private final RequestHeader request = new RequestHeader(ApiKeys.FETCH, FETCH_VERSION, "test", 42);

    @Test
    void recordsInMemoryAndInFilesArriveAsTheyAre() throws IOException {
        byte[] small = random(100);
        byte[] large = random(3 * ResponseEncoder.PIECE_BYTES_MAX + 7);
        byte[] onDisk = random(50_000);
        ReadResult mixed = new ReadResult(List.of(memory(small), new LogSlice.File(new Region(onDisk)), memory(large)));
        ReadResult second = new ReadResult(List.of(memory(small)));

        List<Object> parts = ResponseEncoder.encode(
                request, FETCH_VERSION, new ApiResponse.Answer(fetch(mixed, second), List.of(mixed, second)));

        ByteBuffer bytes = EncodedParts.toBuffer(parts);
        assertThat(bytes.getInt()).isEqualTo(bytes.remaining());
        FetchResponse response = (FetchResponse) AbstractResponse.parseResponse(bytes, request);
        List<PartitionData> partitions = response.data().responses().get(0).partitions();
        assertThat(recordBytes(partitions.get(0))).isEqualTo(concat(small, onDisk, large));
        assertThat(recordBytes(partitions.get(1))).isEqualTo(small);
    }

    @Test
    void smallSlicesTravelWithTheFieldsAndLargeOnesByReferenceInPieces() throws IOException {
        ReadResult small = new ReadResult(List.of(memory(random(ResponseEncoder.COPIED_SLICE_BYTES_MAX))));
        ReadResult large = new ReadResult(List.of(memory(random(2 * ResponseEncoder.PIECE_BYTES_MAX))));

        assertThat(ResponseEncoder.encode(request, FETCH_VERSION, new ApiResponse.Answer(fetch(small), List.of(small))))
                .hasSize(1);
        assertThat(ResponseEncoder.encode(request, FETCH_VERSION, new ApiResponse.Answer(fetch(large), List.of(large))))
                .hasSize(3);
    }

    @Test
    void anEmptyReadIsAnEmptyRecordSet() throws IOException {
        ReadResult empty = ReadResult.empty();

        List<Object> parts =
                ResponseEncoder.encode(request, FETCH_VERSION, new ApiResponse.Answer(fetch(empty), List.of(empty)));

        ByteBuffer bytes = EncodedParts.toBuffer(parts).position(4);
        FetchResponse response = (FetchResponse) AbstractResponse.parseResponse(bytes, request);
        assertThat(response.data()
                        .responses()
                        .get(0)
                        .partitions()
                        .get(0)
                        .records()
                        .sizeInBytes())
                .isZero();
    }

    @Test
    void aFieldThatTheVersionCannotCarryIsAnErrorAndNotAWrongAnswer() {
        ListOffsetsResponseData body = new ListOffsetsResponseData()
                .setTopics(List.of(new ListOffsetsTopicResponse()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsPartitionResponse().setLeaderEpoch(3)))));
        RequestHeader old = new RequestHeader(ApiKeys.LIST_OFFSETS, (short) 2, "test", 1);

        assertThatThrownBy(() -> ResponseEncoder.encode(old, (short) 2, ApiResponse.of(body)))
                .hasMessageContaining("leaderEpoch");
    }

    private static FetchResponseData fetch(ReadResult... results) {
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("t");
        for (ReadResult result : results) {
            topic.partitions().add(new PartitionData().setRecords(new LogRecords(result)));
        }
        return new FetchResponseData().setResponses(List.of(topic));
    }

    private static LogSlice.Memory memory(byte[] bytes) {
        return new LogSlice.Memory(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
    }

    private static byte[] recordBytes(PartitionData partition) {
        ByteBuffer buffer = ((MemoryRecords) partition.records()).buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] concat(byte[]... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part);
        }
        return all.toByteArray();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** A region that sends little at a time, as a full socket does. */
    private record Region(byte[] bytes) implements FileRegion {
        @Override
        public int sizeBytes() {
            return bytes.length;
        }

        @Override
        public long transferTo(long position, WritableByteChannel target) throws IOException {
            int count = Math.min(1000, bytes.length - (int) position);
            Channels.newOutputStream(target).write(bytes, (int) position, count);
            return count;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            target.put(bytes, (int) position, target.remaining());
        }

        @Override
        public void readInto(ByteBuffer target) {
            target.put(bytes);
        }

        @Override
        public FileRegion retain() {
            return this;
        }

        @Override
        public void close() {}
    }
}
