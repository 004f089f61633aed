package io.dcd.engine.operation;

/**
 * A visitor of networks as layers were lowered to them, which have no {@link RewrittenOperation}: those it refuses.
 *
 * @param <R> what comes of an operation
 */
public interface NetworkVisitor<R> extends OperationVisitor<R> {
    @Override
    default R visit(Centring operation) {
        throw refused(operation);
    }

    @Override
    default R visit(DynamicCoefficients operation) {
        throw refused(operation);
    }

    @Override
    default R visit(FoldedConvolution operation) {
        throw refused(operation);
    }

    @Override
    default R visit(FormedConvolution operation) {
        throw refused(operation);
    }

    @Override
    default R visit(GramMatrix operation) {
        throw refused(operation);
    }

    @Override
    default R visit(KernelBasis operation) {
        throw refused(operation);
    }

    @Override
    default R visit(KernelFormation operation) {
        throw refused(operation);
    }

    @Override
    default R visit(KernelNormalization operation) {
        throw refused(operation);
    }

    @Override
    default R visit(KernelProduct operation) {
        throw refused(operation);
    }

    @Override
    default R visit(ScaledSum operation) {
        throw refused(operation);
    }

    private static UnsupportedOperationException refused(RewrittenOperation operation) {
        return new UnsupportedOperationException(operation.output() + " belongs to a plan, not to a network");
    }
}
