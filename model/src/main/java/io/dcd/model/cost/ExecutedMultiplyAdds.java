package io.dcd.model.cost;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.AveragePooling;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedConvolution;
import io.dcd.engine.operation.BatchedDepthwiseConvolution;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Broadcast;
import io.dcd.engine.operation.Centring;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import io.dcd.engine.operation.Dropout;
import io.dcd.engine.operation.DynamicCoefficients;
import io.dcd.engine.operation.FoldedConvolution;
import io.dcd.engine.operation.FormedConvolution;
import io.dcd.engine.operation.GramMatrix;
import io.dcd.engine.operation.GroupedPointwise;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.KernelBasis;
import io.dcd.engine.operation.KernelFormation;
import io.dcd.engine.operation.KernelNormalization;
import io.dcd.engine.operation.KernelProduct;
import io.dcd.engine.operation.MatrixProduct;
import io.dcd.engine.operation.MaxPooling;
import io.dcd.engine.operation.Mixture;
import io.dcd.engine.operation.OperationVisitor;
import io.dcd.engine.operation.Scale;
import io.dcd.engine.operation.ScaledSum;
import io.dcd.engine.operation.Softmax;

/** The multiply-adds of an operation for one image, as the engine runs it; what only passes over values counts 0. */
final class ExecutedMultiplyAdds implements OperationVisitor<Long> {
    @Override
    public Long visit(Activate operation) {
        return 0L;
    }

    @Override
    public Long visit(Add operation) {
        return 0L;
    }

    @Override
    public Long visit(AveragePooling operation) {
        return 0L;
    }

    @Override
    public Long visit(BatchNormalization operation) {
        return 0L;
    }

    @Override
    public Long visit(BatchedConvolution operation) {
        return (long) operation.output().shape().positions()
                * operation.kernel().shape().elements();
    }

    @Override
    public Long visit(BatchedDepthwiseConvolution operation) {
        return (long) operation.output().shape().positions()
                * operation.kernel().shape().elements();
    }

    @Override
    public Long visit(BatchedProduct operation) {
        return (long) operation.output().shape().positions()
                * operation.matrix().shape().elements();
    }

    @Override
    public Long visit(Broadcast operation) {
        return 0L;
    }

    @Override
    public Long visit(Centring operation) {
        return 0L;
    }

    @Override
    public Long visit(Convolution operation) {
        return (long) operation.output().shape().positions()
                * operation.weights().elements();
    }

    @Override
    public Long visit(DepthwiseConvolution operation) {
        return (long) operation.output().shape().positions()
                * operation.weights().elements();
    }

    @Override
    public Long visit(Dropout operation) {
        return 0L;
    }

    @Override
    public Long visit(DynamicCoefficients operation) {
        return operation.parameters().stream().mapToLong(Parameter::elements).sum();
    }

    @Override
    public Long visit(FoldedConvolution operation) {
        return (long) operation.output().shape().positions()
                * operation.weights().elements();
    }

    @Override
    public Long visit(FormedConvolution operation) {
        return (long) operation.output().shape().positions()
                * operation.kernel().shape().elements();
    }

    @Override
    public Long visit(GramMatrix operation) {
        return (long) operation.input().shape().positions()
                * operation.output().shape().elements();
    }

    @Override
    public Long visit(GroupedPointwise operation) {
        return (long) operation.output().shape().positions()
                * operation.weights().elements();
    }

    @Override
    public Long visit(ImageNormalization operation) {
        return 0L;
    }

    @Override
    public Long visit(KernelBasis operation) {
        return 0L;
    }

    @Override
    public Long visit(KernelFormation operation) {
        return operation
                .fusion()
                .map(factors -> (long) factors.latent()
                        * (operation.output().shape().elements()
                                + (long) factors.latent() * Math.min(operation.rows(), operation.columns())))
                .orElse(0L);
    }

    @Override
    public Long visit(MatrixProduct operation) {
        return (long) operation.weights().elements();
    }

    @Override
    public Long visit(MaxPooling operation) {
        return 0L;
    }

    @Override
    public Long visit(Mixture operation) {
        return (long) operation.weights().elements();
    }

    @Override
    public Long visit(KernelNormalization operation) {
        return (long) operation.rows() * operation.kernel().shape().elements();
    }

    @Override
    public Long visit(KernelProduct operation) {
        return (long) operation.output().shape().positions()
                * operation.kernel().shape().elements();
    }

    @Override
    public Long visit(Scale operation) {
        return 0L;
    }

    @Override
    public Long visit(ScaledSum operation) {
        return 0L;
    }

    @Override
    public Long visit(Softmax operation) {
        return 0L;
    }
}
