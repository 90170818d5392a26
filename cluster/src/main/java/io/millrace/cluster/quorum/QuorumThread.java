package io.millrace.cluster.quorum;

import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.RaftMessageQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the Raft client for ever: votes, fetches, appends and fsyncs happen here, and listeners are called. Whatever is thrown ends the
 * process.
 */
final class QuorumThread {

    private static final Logger log = LoggerFactory.getLogger(QuorumThread.class);

    private final KafkaRaftClient<?> client;
    private final RaftMessageQueue queue;
    private final FatalHandler fatal;
    private final Thread thread;
    private volatile boolean abandoned;

    QuorumThread(KafkaRaftClient<?> client, RaftMessageQueue queue, FatalHandler fatal) {
        this.client = client;
        this.queue = queue;
        this.fatal = fatal;
        this.thread = new Thread(this::run, "millrace-quorum");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (client.isRunning() && !abandoned) {
                client.poll();
            }
        } catch (Throwable e) {
            // Errors, too: an OutOfMemoryError in the middle of an election leaves nothing to rely on.
            fatal.fatal("the metadata quorum cannot go on (" + e.getMessage() + ")", e);
        }
    }

    /** Says farewell to the others and waits for the end of the thread. Blocks. */
    void stop(int timeoutMs) {
        client.shutdown(timeoutMs).exceptionally(failure -> {
            log.info("The quorum could not be left in order: {}", failure.getMessage());
            return null;
        });
        join();
    }

    /** Ends as a process that is killed: nobody is told. Blocks. */
    void abandon() {
        abandoned = true;
        queue.wakeup();
        join();
    }

    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
