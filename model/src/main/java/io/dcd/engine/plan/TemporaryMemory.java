package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Memory that one thread's kernels share, as large as the largest of them asks for. */
final class TemporaryMemory implements AutoCloseable {
    private final List<Consumer<Buffer>> users = new ArrayList<>();
    private long elements;
    private Buffer buffer;

    void request(long count, Consumer<Buffer> user) {
        elements = Math.max(elements, count);
        users.add(user);
    }

    /** Allocates what has been asked for and hands it out. */
    void allocate(Backend backend) {
        buffer = backend.allocate(Math.max(1, elements));
        users.forEach(user -> user.accept(buffer));
    }

    @Override
    public void close() {
        buffer.close();
    }
}
