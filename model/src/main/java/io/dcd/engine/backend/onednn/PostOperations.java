package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import io.dcd.engine.operation.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/** What a primitive does with each value of its result before it writes it. */
final class PostOperations {
    private final KernelBuilder builder;
    private final post_ops operations = new post_ops();
    private final List<Call.Argument> arguments = new ArrayList<>();

    PostOperations(KernelBuilder builder) {
        this.builder = builder;
    }

    /** Adds a memory laid out as the result, or one value for each channel. */
    void add(memory summand) {
        append(algorithm.binary_add, summand);
    }

    /** Multiplies by one factor for each channel. */
    void multiply(memory factors) {
        append(algorithm.binary_mul, factors);
    }

    private void append(algorithm operation, memory operand) {
        int index = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (operations.len() + 1);
        operations.append_binary(operation, operand.get_desc());
        arguments.add(argument(index | DNNL_ARG_SRC_1, operand));
    }

    /** Applies f. */
    void activate(Activation activation) {
        switch (activation) {
            case IDENTITY -> {}
            case RELU -> operations.append_eltwise(algorithm.eltwise_relu, 0, 0);
            case RELU6 -> operations.append_eltwise(algorithm.eltwise_clip, 0, 6);
            case DOUBLE_HARD_SIGMOID -> {
                operations.append_eltwise(algorithm.eltwise_linear, 1f / 3, 1);
                operations.append_eltwise(algorithm.eltwise_clip, 0, 2);
            }
            case SIGMOID -> operations.append_eltwise(algorithm.eltwise_logistic, 0, 0);
        }
    }

    primitive_attr attributes() {
        return builder.attributes(operations);
    }

    /** What the primitive must be given besides its own arguments. */
    Call.Argument[] arguments() {
        return arguments.toArray(Call.Argument[]::new);
    }
}
