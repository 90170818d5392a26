package io.millrace.server.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.server.http.HttpProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipBodyTest {

    @Test
    void inflatesEverySizeUpToTheLimit() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int size : new int[] {0, 1, 511, 512, 513, 2048, 9_999, 10_000}) {
            byte[] original = new byte[size];
            random.nextBytes(original);
            assertThat(GzipBody.inflate(gzip(original), 10_000))
                    .as("seed %d", seed)
                    .isEqualTo(original);
            byte[] zeros = new byte[size];
            assertThat(GzipBody.inflate(gzip(zeros), 10_000)).isEqualTo(zeros);
        }
    }

    @Test
    void stopsAtTheLimit() throws IOException {
        byte[] bomb = gzip(new byte[50 << 20]);

        assertThat(bomb.length).isLessThan(100_000);
        assertThatThrownBy(() -> GzipBody.inflate(bomb, 1 << 20))
                .isInstanceOfSatisfying(
                        HttpProblem.class, e -> assertThat(e.status()).isEqualTo(413));
        assertThatThrownBy(() -> GzipBody.inflate(gzip(new byte[10_001]), 10_000))
                .isInstanceOfSatisfying(
                        HttpProblem.class, e -> assertThat(e.status()).isEqualTo(413));
    }

    @Test
    void refusesHalfABodyAndWhatIsNotGzip() throws IOException {
        byte[] whole = gzip("{\"t\":21.5}".getBytes());

        assertThatThrownBy(() -> GzipBody.inflate(Arrays.copyOf(whole, whole.length / 2), 1000))
                .hasMessageContaining("ends too early");
        assertThatThrownBy(() -> GzipBody.inflate("{\"t\":21.5}".getBytes(), 1000))
                .hasMessageContaining("not valid gzip");
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
