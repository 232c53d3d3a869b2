"""The script behind every page: the gate, the chrome, and the page that was asked for."""

import streamlit as st

from dashboard import chrome, session

st.set_page_config(page_title="Stormwatch", layout="wide", initial_sidebar_state="collapsed")

ward = st.Page("views/ward.py", title="Ward", url_path="ward", default=True)
patient = st.Page("views/patient.py", title="Patient", url_path="patient")
chart = st.Page("views/chart.py", title="Chart", url_path="chart")
quarantine = st.Page("views/quarantine.py", title="Quarantine", url_path="quarantine")

page = st.navigation([ward, patient, chart, quarantine], position="hidden")
wall_screen = page.title == ward.title and session.is_kiosk()
if session.open_gate(wall_screen=wall_screen):
    chrome.frame(page.title, wall_screen=wall_screen)
    page.run()
else:
    chrome.signed_out()
