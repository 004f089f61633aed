package io.dcd.engine.backend.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.PointerScope;

/** Log-softmax by oneDNN, the sums over it in double precision. */
final class OneDnnLossKernel implements LossKernel {
    private static final int CLASS_AXIS = 1;

    private final int batch;
    private final int classes;
    private final FloatBuffer targets;
    private final FloatBuffer gradient;
    private final NativeBuffer logProbabilities;
    private final FloatBuffer logProbability;
    private final float[] targetRow;
    private final float[] row;
    private final PointerScope nativeObjects;
    private final Call logSoftmax;
    private final Call softmax;
    private boolean closed;

    OneDnnLossKernel(stream stream, LossMemory loss) {
        batch = loss.batch();
        classes = loss.classes();
        targets = NativeBuffer.of(loss.targets()).floats();
        gradient = NativeBuffer.of(loss.logitsGradient()).floats();
        logProbabilities = NativeBuffer.allocate((long) batch * classes);
        logProbability = logProbabilities.floats();
        targetRow = new float[classes];
        row = new float[classes];
        nativeObjects = new PointerScope().extend();
        desc layout = Layouts.matrix(batch, classes);
        NativeBuffer logits = NativeBuffer.of(loss.logits());
        logSoftmax = call(stream, algorithm.softmax_log, layout, logits, logProbabilities);
        softmax = call(stream, algorithm.softmax_accurate, layout, logits, NativeBuffer.of(loss.logitsGradient()));
        nativeObjects.close(); // leaves the scope only: it was extended
    }

    @Override
    public double forward() {
        requireOpen();
        logSoftmax.run();
        double sum = 0;
        for (int n = 0; n < batch; n++) {
            targets.get(n * classes, targetRow);
            logProbability.get(n * classes, row);
            for (int k = 0; k < classes; k++) {
                // A label of 0 must not turn a probability of 0, whose logarithm is −∞, into NaN.
                if (targetRow[k] != 0) {
                    sum -= (double) targetRow[k] * row[k];
                }
            }
        }
        return sum / batch;
    }

    @Override
    public void backward() {
        requireOpen();
        softmax.run();
        for (int n = 0; n < batch; n++) {
            targets.get(n * classes, targetRow);
            gradient.get(n * classes, row);
            double total = 0;
            for (int k = 0; k < classes; k++) {
                total += targetRow[k];
            }
            float weight = (float) (total / batch);
            float share = 1f / batch;
            for (int k = 0; k < classes; k++) {
                row[k] = row[k] * weight - targetRow[k] * share;
            }
            gradient.put(n * classes, row);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            nativeObjects.close();
            logProbabilities.close();
        }
    }

    private static Call call(stream stream, algorithm kind, desc layout, NativeBuffer logits, NativeBuffer result) {
        engine engine = OneDnn.engine();
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(scratchpad_mode.user);
        softmax_forward.primitive_desc descriptor = new softmax_forward.primitive_desc(
                engine, prop_kind.forward_inference, kind, layout, layout, CLASS_AXIS, attributes, false);
        IntMemoryMap arguments = new IntMemoryMap();
        arguments.put(DNNL_ARG_SRC, new memory(layout, engine, logits.pointer()));
        arguments.put(DNNL_ARG_DST, new memory(layout, engine, result.pointer()));
        arguments.put(DNNL_ARG_SCRATCHPAD, new memory(descriptor.scratchpad_desc(), engine));
        return new Call(stream, new softmax_forward(descriptor), arguments);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the loss kernel is closed");
        }
    }
}
