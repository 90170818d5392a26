package io.millrace.websocket;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** What this process really holds, for tests that say that something holds little. */
final class Memory {

    private Memory() {}

    /** The heap after a collection, and memory outside of it that Netty or the JDK took. */
    static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return runtime.totalMemory() - runtime.freeMemory() + Math.max(direct, PlatformDependent.usedDirectMemory());
    }
}
