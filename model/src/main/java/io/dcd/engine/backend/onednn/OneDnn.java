package io.dcd.engine.backend.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;

/** The native libraries of this process, loaded on first use. */
final class OneDnn {
    private static final engine CPU = keep(new engine(engine.kind.cpu, 0));
    /** The one library at hand with a door to OpenMP's settings; it shares oneDNN's OpenMP runtime. */
    private static final Nd4jCpu OPEN_MP = new Nd4jCpu();

    private OneDnn() {}

    static engine engine() {
        return CPU;
    }

    static stream newStream() {
        return keep(new stream(CPU));
    }

    /** Sets how many threads the parallel regions have that the calling thread begins. */
    static void threads(int count) {
        OPEN_MP.setOmpNumThreads(count);
    }

    /** How many threads those regions have. */
    static int threads() {
        return OPEN_MP.ompGetMaxThreads();
    }

    /** Shields an object from a {@link org.bytedeco.javacpp.PointerScope} that a caller may have opened. */
    private static <T extends Pointer> T keep(T object) {
        object.retainReference();
        return object;
    }
}
