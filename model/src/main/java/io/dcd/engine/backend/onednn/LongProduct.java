package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;

/**
 * Y = X·Wᵀ + b, where the rows of X and W may be long. oneDNN adds up the products of a row one after another, up to a
 * thousand of them: 1024 in the routings of ResNet-50 leave an error of 4.5e-7, where libtorch leaves 1.1e-7. Batch norms over
 * few values and gradients that nearly cancel amplify that to thousandths of a gradient.
 *
 * <p>So in training rows are divided into parts; the sums of the parts are formed, and then their sum. From four rows of X on
 * that takes about the same time; a single row, which inference often has, would take twice as long.
 */
final class LongProduct {
    /** Fewer parts gain little, and cost most where Y is large beside W. */
    private static final int LEAST_PARTS = 4;

    private final KernelBuilder builder;
    private final int rows;
    private final int inputs;
    private final int outputs;
    private final int part;

    /** Products of {@code rows} rows of {@code inputs} values with {@code outputs} such rows, in parts of {@code longest} at most. */
    LongProduct(KernelBuilder builder, int rows, int inputs, int outputs, int longest) {
        this.builder = builder;
        this.rows = rows;
        this.inputs = inputs;
        this.outputs = outputs;
        this.part = builder.training() ? partLength(inputs, longest) : inputs;
    }

    /** Adds the steps that compute {@code y}, of {@code rows × outputs} values. */
    void add(Buffer x, Buffer weights, Optional<Buffer> bias, Buffer y, primitive_attr attributes) {
        int parts = inputs / part;
        if (parts == 1) {
            add(
                    builder.at(x, Layouts.matrix(rows, inputs)),
                    builder.at(weights, Layouts.transposed(inputs, outputs)),
                    bias.map(values -> builder.at(values, Layouts.matrix(1, outputs))),
                    builder.at(y, Layouts.matrix(rows, outputs)),
                    attributes);
            return;
        }
        memory sums = builder.temporary(Layouts.matrices(rows, parts, outputs));
        builder.add(builder.product(
                builder.at(x, Layouts.strided(new long[] {parts, rows, part}, part, inputs, 1)),
                builder.at(weights, Layouts.strided(new long[] {parts, part, outputs}, part, 1, inputs)),
                builder.view(
                        sums, Layouts.strided(new long[] {parts, rows, outputs}, outputs, (long) parts * outputs, 1)),
                builder.attributes()));
        add(
                builder.constant(Layouts.matrices(1, 1, parts), 1),
                sums,
                bias.map(values -> builder.at(values, Layouts.matrices(1, 1, outputs))),
                builder.at(y, Layouts.matrices(rows, 1, outputs)),
                attributes);
    }

    private void add(memory left, memory right, Optional<memory> bias, memory result, primitive_attr attributes) {
        builder.add(bias.map(values -> builder.product(left, right, values, result, attributes))
                .orElseGet(() -> builder.product(left, right, result, attributes)));
    }

    /** The largest divisor of {@code n} from half of {@code longest} to {@code longest}; {@code n} where there is none. */
    static int partLength(int n, int longest) {
        if (n < LEAST_PARTS * longest) {
            return n;
        }
        for (int length = longest; length >= longest / 2; length--) {
            if (n % length == 0) {
                return length;
            }
        }
        return n;
    }
}
