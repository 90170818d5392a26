package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DelayedFetchTest {

    private final Vertx vertx = Vertx.vertx();
    private final RequestThreads threads = RequestThreads.of(vertx, 1);

    @AfterEach
    void close() throws Exception {
        threads.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    @Test
    void aReadThatFailsInAWayThatNobodyThoughtOfIsAnswered() throws Exception {
        assertThat(answer(new Broken(true, true))).isEqualTo("failed: a bug");
        assertThat(answer(new Broken(true, false))).isEqualTo("failed: a bug");
        assertThat(answer(new Broken(false, false))).contains("a bug");
    }

    private String answer(Broken reading) throws Exception {
        return new DelayedFetch<>(threads, new LogReaders(threads), 100, reading)
                .start()
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
    }

    private record Broken(boolean immediate, boolean throwsBeforeReading) implements DelayedFetch.Reading<String> {

        @Override
        public boolean isImmediate() {
            if (throwsBeforeReading) {
                throw new IllegalStateException("a bug");
            }
            return immediate;
        }

        @Override
        public String read() {
            throw new IllegalStateException("a bug");
        }

        @Override
        public String failed(Throwable failure) {
            return "failed: " + failure.getMessage();
        }

        @Override
        public boolean isEnough(String result) {
            return true;
        }

        @Override
        public void discard(String result) {}

        @Override
        public void watch(Runnable moved, List<Watch> watches) {}
    }
}
