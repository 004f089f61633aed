package io.dcd.engine.folding;

import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.AveragePooling;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.MatrixProduct;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The operations of one convolution that is dynamic by decomposition, with its batch normalisation.
 *
 * @param fixed W_0·x
 * @param branch what g is computed by
 * @param attention FCΛ and what applies λ, if there is attention
 * @param residual what is added to it, if there is fusion
 * @param normalization the layer's own batch normalisation
 */
record DynamicLayer(
        Convolution fixed,
        Branch branch,
        Optional<Attention> attention,
        Optional<Residual> residual,
        BatchNormalization normalization) {
    /** From x to g. */
    record Branch(AveragePooling pooling, MatrixProduct first, MatrixProduct second, Activate gate, Scale product) {
        Stream<Operation> operations() {
            return Stream.of(pooling, first, second, gate, product);
        }
    }

    /** From g to λ ⊙ (W_0·x). */
    record Attention(MatrixProduct logits, Activate factor, Scale product) {
        Stream<Operation> operations() {
            return Stream.of(logits, factor, product);
        }
    }

    /** From g and x to P·u, and the sum of both terms. */
    record Residual(
            MatrixProduct coefficients,
            Convolution right,
            BatchedProduct product,
            Optional<Latent> latent,
            Convolution left,
            Add sum) {
        Stream<Operation> operations() {
            return Stream.concat(
                    Stream.of(coefficients, right, product, left, sum),
                    latent.stream().flatMap(Latent::operations));
        }
    }

    /** The latent path of the reference's form: both batch normalisations and the identity. */
    record Latent(BatchNormalization before, BatchNormalization after, Add sum) {
        Stream<Operation> operations() {
            return Stream.of(before, after, sum);
        }
    }

    /** What λ, the bias and the residual cost at each value of the result, in multiply-adds of a product (measured). */
    private static final int SCALING = 50;

    /** Whether it takes less to form one kernel for each sample than to apply λ, P and Φ·Qᵀ at every position. */
    boolean formed() {
        if (!pointwise(fixed)) {
            return false;
        }
        long inputs = fixed.input().shape().channels();
        long outputs = fixed.output().shape().channels();
        long positions = fixed.output().shape().positions();
        long latent = residual.map(part -> part.product().rows()).orElse(0);
        long forming = inputs * outputs * (1 + latent) + latent * latent * Math.min(inputs, outputs);
        long applying = positions * (SCALING * outputs + latent * (inputs + outputs)) + latent * latent * inputs;
        return forming <= applying;
    }

    /** All operations. */
    Set<Operation> operations() {
        Set<Operation> all = new HashSet<>(List.of(fixed, normalization));
        branch.operations().forEach(all::add);
        attention.ifPresent(part -> part.operations().forEach(all::add));
        residual.ifPresent(part -> part.operations().forEach(all::add));
        return all;
    }

    /** The layer whose result {@code normalization} normalises, if it is one and nobody reads what lies inside. */
    static Optional<DynamicLayer> before(BatchNormalization normalization, Readers readers) {
        Optional<Residual> residual =
                readers.producer(normalization.input(), Add.class).flatMap(sum -> residual(sum, readers));
        Tensor term = residual.map(part -> part.sum().left()).orElse(normalization.input());
        Optional<Attention> attention =
                readers.producer(term, Scale.class).flatMap(product -> attention(product, readers));
        Tensor convolved = attention.map(part -> part.product().input()).orElse(term);
        Optional<Tensor> g = attention
                .map(part -> part.logits().input())
                .or(() -> residual.map(part -> part.coefficients().input()));
        Optional<Branch> branch =
                g.flatMap(tensor -> readers.producer(tensor, Scale.class)).flatMap(product -> branch(product, readers));
        return readers.producer(convolved, Convolution.class)
                .flatMap(fixed -> branch.map(part -> new DynamicLayer(fixed, part, attention, residual, normalization)))
                .filter(layer -> layer.fits(readers));
    }

    private boolean fits(Readers readers) {
        Tensor x = fixed.input();
        Tensor g = branch.product().output();
        Set<Operation> all = operations();
        return branch.pooling().input().equals(x)
                && branch.pooling().output().shape().height()
                        == branch.pooling().output().shape().width()
                && attention.stream().allMatch(part -> part.logits().input().equals(g))
                && residual.stream()
                        .allMatch(part -> part.coefficients().input().equals(g)
                                && part.right().input().equals(x)
                                && part.right().stride() == fixed.stride())
                && all.stream()
                        .allMatch(operation -> operation.equals(normalization) || readers.within(operation, all));
    }

    private static Optional<Branch> branch(Scale product, Readers readers) {
        Optional<Activate> gate = hardSigmoid(product.factor(), readers);
        Optional<MatrixProduct> second = gate.flatMap(activate -> linear(activate.input(), readers))
                .filter(matrix -> matrix.input().equals(product.input()));
        Optional<MatrixProduct> first = linear(product.input(), readers);
        Optional<AveragePooling> pooling =
                first.flatMap(matrix -> readers.producer(matrix.input(), AveragePooling.class));
        return pooling.isPresent() && second.isPresent()
                ? Optional.of(new Branch(pooling.get(), first.get(), second.get(), gate.get(), product))
                : Optional.empty();
    }

    private static Optional<Attention> attention(Scale product, Readers readers) {
        return hardSigmoid(product.factor(), readers).flatMap(factor -> linear(factor.input(), readers)
                .map(logits -> new Attention(logits, factor, product)));
    }

    private static Optional<Residual> residual(Add sum, Readers readers) {
        Optional<Convolution> left =
                readers.producer(sum.right(), Convolution.class).filter(DynamicLayer::pointwise);
        Optional<Latent> latent = left.flatMap(convolution -> readers.producer(convolution.input(), Add.class))
                .flatMap(add -> latent(add, readers));
        Optional<BatchedProduct> product = left.map(
                        convolution -> latent.map(part -> part.after().input()).orElse(convolution.input()))
                .flatMap(tensor -> readers.producer(tensor, BatchedProduct.class))
                .filter(batched -> batched.blocks() == 1
                        && batched.rows() == batched.columns()
                        && latent.stream()
                                .allMatch(part -> part.before().output().equals(batched.input())));
        Optional<MatrixProduct> coefficients = product.flatMap(batched -> linear(batched.matrix(), readers));
        Optional<Convolution> right = product.map(
                        batched -> latent.map(part -> part.before().input()).orElse(batched.input()))
                .flatMap(tensor -> readers.producer(tensor, Convolution.class))
                .filter(convolution -> convolution.kernel() == 1 && convolution.padding() == 0);
        return coefficients.isPresent() && right.isPresent()
                ? Optional.of(new Residual(coefficients.get(), right.get(), product.get(), latent, left.get(), sum))
                : Optional.empty();
    }

    private static Optional<Latent> latent(Add sum, Readers readers) {
        Optional<BatchNormalization> after = affine(sum.left(), readers);
        Optional<BatchNormalization> before = affine(sum.right(), readers);
        return after.isPresent() && before.isPresent()
                ? Optional.of(new Latent(before.get(), after.get(), sum))
                : Optional.empty();
    }

    private static Optional<BatchNormalization> affine(Tensor tensor, Readers readers) {
        return readers.producer(tensor, BatchNormalization.class)
                .filter(normalization -> normalization.activation() == Activation.IDENTITY);
    }

    private static Optional<Activate> hardSigmoid(Tensor tensor, Readers readers) {
        return readers.producer(tensor, Activate.class)
                .filter(activate -> activate.activation() == Activation.DOUBLE_HARD_SIGMOID);
    }

    private static Optional<MatrixProduct> linear(Tensor tensor, Readers readers) {
        return readers.producer(tensor, MatrixProduct.class)
                .filter(product -> product.bias().isEmpty());
    }

    private static boolean pointwise(Convolution convolution) {
        return convolution.kernel() == 1 && convolution.stride() == 1 && convolution.padding() == 0;
    }
}
