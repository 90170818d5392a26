package io.millrace.storage.compaction;

import io.millrace.storage.batch.BatchHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** {@link BatchRewriter} of the batches that tests build: uncompressed, records without headers. */
public final class TestRewriter implements BatchRewriter {

    private static final int ATTRIBUTES_POSITION = 21;
    private static final int BASE_TIMESTAMP_POSITION = 27;

    @Override
    public void forEach(ByteBuffer batch, RecordVisitor visitor) {
        for (TestRecord record : TestRecord.in(batch)) {
            if (!visitor.record(record.offset(), record.keyBuffer())) {
                return;
            }
        }
    }

    @Override
    public ByteBuffer rewrite(ByteBuffer batch, RecordFilter filter, DeleteHorizon horizon) {
        List<TestRecord> records = TestRecord.in(batch);
        List<TestRecord> kept = new ArrayList<>();
        for (TestRecord record : records) {
            if (filter.keep(record.offset(), record.keyBuffer(), record.value() != null)) {
                kept.add(record);
            }
        }
        if (kept.isEmpty()) {
            return null;
        }
        boolean tombstones = kept.stream().anyMatch(record -> record.value() == null);
        boolean mark = BatchHeader.deleteHorizonMs(batch, batch.position()) == BatchHeader.NO_HORIZON
                && (tombstones || horizon.always());
        return kept.size() == records.size() && !mark ? batch : write(batch, kept, mark, horizon.horizonMs());
    }

    private static ByteBuffer write(ByteBuffer batch, List<TestRecord> kept, boolean mark, long horizonMs) {
        int at = batch.position();
        long baseTimestamp = mark ? horizonMs : BatchHeader.baseTimestamp(batch, at);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long max = Long.MIN_VALUE;
        for (TestRecord record : kept) {
            record.writeTo(body, BatchHeader.baseOffset(batch, at), baseTimestamp);
            max = Math.max(max, record.timestampMs());
        }
        ByteBuffer out = ByteBuffer.allocate(BatchHeader.SIZE_BYTES + body.size());
        out.put(0, batch, at, BatchHeader.SIZE_BYTES);
        out.putInt(8, out.capacity() - 12).putInt(57, kept.size());
        out.putLong(BASE_TIMESTAMP_POSITION, baseTimestamp).putLong(35, max);
        if (mark) {
            out.putShort(ATTRIBUTES_POSITION, (short) (BatchHeader.attributes(batch, at) | 0x40));
        }
        out.put(BatchHeader.SIZE_BYTES, body.toByteArray());
        return out.putInt(17, BatchHeader.computeCrc(out, 0));
    }
}
