package io.dcd.engine.plan;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.folding.FoldedGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** What an inference plan computes from its parameters alone, whenever they have changed. */
final class PreparedMemory implements AutoCloseable {
    private final FoldedGraph folded;
    private final Buffer parameters;
    private final AtomicBoolean changed = new AtomicBoolean(true);
    private final Map<Object, Object> memories = new HashMap<>();
    private final List<Runnable> fillers = new ArrayList<>();

    PreparedMemory(FoldedGraph folded, Buffer parameters) {
        this.folded = folded;
        this.parameters = parameters;
    }

    /** The parameters as the caller of the plan writes them. */
    Buffer watched() {
        return new WatchedBuffer(parameters.slice(0, folded.originalElements()), () -> changed.set(true));
    }

    /** What {@code memory} made for the first who named {@code key}. */
    @SuppressWarnings("unchecked") // a key belongs to one kind of kernel, which asks for one type
    <T> T get(Object key, Supplier<T> memory, Function<T, Runnable> filler) {
        return (T) memories.computeIfAbsent(key, absent -> {
            T made = memory.get();
            fillers.add(filler.apply(made));
            return made;
        });
    }

    /** Brings everything up to date. */
    void refresh() {
        if (changed.getAndSet(false)) {
            folded.derive(parameters);
            fillers.forEach(Runnable::run);
        }
    }

    @Override
    public void close() {
        for (Object memory : memories.values()) {
            if (memory instanceof Buffer buffer) {
                buffer.close();
            }
        }
    }
}
