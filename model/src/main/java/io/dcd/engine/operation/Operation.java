package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * A primitive operation of a {@link io.dcd.engine.graph.Graph}. The record says what is computed; its forward and
 * backward mathematics stand once, literally, in the kernels of the {@code reference} backend. All tensors are NHWC.
 */
public sealed interface Operation
        permits Activate,
                Add,
                AveragePooling,
                BatchNormalization,
                BatchedConvolution,
                BatchedDepthwiseConvolution,
                BatchedProduct,
                Broadcast,
                Convolution,
                DepthwiseConvolution,
                Dropout,
                GroupedPointwise,
                ImageNormalization,
                MatrixProduct,
                MaxPooling,
                Mixture,
                RewrittenOperation,
                Scale,
                Softmax {

    /** The tensors that it reads, each at most once; empty for one that reads the images or a parameter alone. */
    List<Tensor> inputs();

    /** The tensor that it writes. */
    Tensor output();

    /** The parameters that it reads; no other operation reads them. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /**
     * Whether, in training, its result for one sample depends on the whole batch, so that it must read the batch once
     * before it can compute anything.
     */
    default boolean reducesBatch() {
        return false;
    }

    /** The inputs and outputs whose values its backward phase reads again. */
    List<Tensor> keptForBackward();

    /** Those that the reduction before its backward phase reads, if it reduces the batch. */
    default List<Tensor> keptForReduction() {
        return List.of();
    }

    /** Whether gradients flow through it to its inputs. */
    default boolean differentiable() {
        return true;
    }

    /**
     * Whether computing the output again in the backward pass costs less than keeping it: what it is computed from is read
     * there anyway, at the same time.
     */
    default boolean recomputable() {
        return false;
    }

    /** Calls the visitor's method for this kind. */
    <R> R accept(OperationVisitor<R> visitor);
}
