"""The parts of the patient page: identity, why, alerts, the figure's data, evidence and tables."""
